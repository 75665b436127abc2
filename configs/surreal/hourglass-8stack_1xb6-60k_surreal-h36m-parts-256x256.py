# "Synth+Real" of Human3.6M: it goes on from the network of SURREAL. The paper does not say for how long.
_base_ = ['../_base_/h36m_parts.py']

load_from = 'work_dirs/hourglass-8stack_1xb6-60k_surreal-parts-256x256/iter_60000.pth'
