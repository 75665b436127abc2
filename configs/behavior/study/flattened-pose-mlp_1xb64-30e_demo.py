# A perceptron on the joints in a row in the graph network's place: what the graph network is compared with.
_base_ = ['skeleton-gcn_1xb64-30e_demo.py']

model = dict(type='FlattenedPoseMLP')
