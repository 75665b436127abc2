# The paper's size on our own rendered classrooms.
_base_ = ['../_base_/synpose_parts.py']
