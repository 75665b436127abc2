# "Synth": depth of SURREAL.
_base_ = ['../_base_/surreal_depth.py']
