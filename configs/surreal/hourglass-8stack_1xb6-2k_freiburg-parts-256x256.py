# "Real" of Freiburg Sitting People: from scratch on two people. The paper does not say for how long.
_base_ = ['../_base_/freiburg_parts.py']

train_cfg = dict(max_iters=2000, val_interval=2000)
