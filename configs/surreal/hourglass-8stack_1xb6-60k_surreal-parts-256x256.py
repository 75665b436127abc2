# "Synth": body parts of SURREAL.
_base_ = ['../_base_/surreal_parts.py']
