# The study's perceptron on the target camera's test split, which no training ever sees.
_base_ = ['skeleton-gcn_1xb64-30e_demo_target.py']

model = dict(type='FlattenedPoseMLP')
