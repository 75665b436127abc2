# "Real" of Human3.6M: from scratch. The paper does not say for how long.
_base_ = ['../_base_/h36m_parts.py']
