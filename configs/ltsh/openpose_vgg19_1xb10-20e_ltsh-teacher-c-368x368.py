# Adversarial teacher C on OpenPose: the synthetic half is of a group of camera pitches that a teacher draws.
_base_ = ['./openpose_vgg19_1xb10-20e_ltsh-real-synthetic-368x368.py']

custom_hooks = [
    dict(type='AdversarialTeacherHook', alpha=0.5, history=10, epsilon=0.1, optimizer=dict(type='Adam', lr=3e-3)),
    *_base_.custom_hooks,
]
train_dataloader = dict(batch_sampler=dict(type='TeacherGroupSampler', groups='camera_pitch', steps=100))
