# "Synth" on Human3.6M: test a checkpoint of hourglass-8stack_1xb6-60k_surreal-parts-256x256.py with this config.
_base_ = ['../_base_/h36m_parts.py']
