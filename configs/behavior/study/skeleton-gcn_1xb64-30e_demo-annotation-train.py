# The graph network trained on the poses of the labels, tested on those of the studies' DEKR.
_base_ = ['skeleton-gcn_1xb64-30e_demo.py']

train_dataloader = dict(dataset=dict(source='annotation', predictions=None))
