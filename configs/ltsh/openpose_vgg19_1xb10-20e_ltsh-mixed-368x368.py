# D_R + D_M on OpenPose: real images, and real images to which rendered people were added, who are trained on too.
_base_ = ['./openpose_vgg19_1xb10-20e_ltsh-real-synthetic-368x368.py']

train_dataloader = dict(dataset=dict(synthetic=dict(data_root='data/ltsh/mixed_coco/')))
