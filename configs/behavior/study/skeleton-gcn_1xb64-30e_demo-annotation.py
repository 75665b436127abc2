# The graph network on the poses of the labels: the bound that no pose model passes. Not a row to compare with.
_base_ = ['skeleton-gcn_1xb64-30e_demo.py']

train_dataloader = dict(dataset=dict(source='annotation', predictions=None))
test_dataloader = dict(dataset=dict(source='annotation', predictions=None))
