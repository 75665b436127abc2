# What the demo's sets share: small pictures of three plain rooms, and no more movements than few images teach.
_base_ = ['./classroom.py']

generator = dict(
    image_size=(512, 288),
    cameras_per_frame=3,
    rooms=[
        dict(name='large', size='large', layout=dict(type='rows', rows=4, columns=5)),
        dict(name='small', size='small', layout=dict(type='rows', rows=2, columns=3)),
        dict(name='medium', size='medium', layout=dict(type='rows', rows=3, columns=4)),
    ],
    people=dict(
        movements=[
            'arms_crossed',
            'calling',
            'drinking',
            'hand_raised',
            'head_on_desk',
            'leaning_back',
            'listening',
            'phone',
            'reading',
            'resting_chin',
            'turned_to_neighbor',
            'typing',
            'writing',
        ]
    ),
    occupancy=0.65,
    min_visible_pixels=200,
    light_samples=4,
)
