# The graph network of labeled poses on DEKR's poses of the target camera's test split, which no training ever sees.
_base_ = ['skeleton-gcn_1xb64-30e_demo_target.py']

train_dataloader = dict(dataset=dict(source='annotation', predictions=None))
