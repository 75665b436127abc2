# "Synth" on Freiburg Sitting People: test a checkpoint of hourglass-8stack_1xb6-60k_surreal-parts-256x256.py with this.
_base_ = ['../_base_/freiburg_parts.py']
