# What students do, from poses of COCO's 17 joints (SynPose, table 2, Top1): 1.5k images of small classrooms to train
# on, .5k to test on. Poses are those that a DEKR predicts on both: run tools/test.py with
# configs/dekr/*_classroom-train.py and with *_classroom-test.py, --work-dir work_dirs/classroom17. The classrooms, with
# a box and a behavior for each student, are yours: the paper's are not published, nor are the names of their behaviors.
# Give yours as `classes`; below are the generator's.
_base_ = ['../_base_/skeleton-gcn.py']

classes = (
    *('arms_crossed', 'clapping', 'drinking', 'eating', 'fetching_things', 'hand_raised', 'listening'),
    *('looking_around', 'presenting', 'reading', 'reading_aloud', 'resting_head', 'sleeping', 'standing'),
    *('stretching', 'talking_to_neighbor', 'touching_head', 'turned_around', 'using_laptop', 'using_phone', 'writing'),
)
model = dict(num_classes=len(classes))

poses = 'work_dirs/classroom17/results/'
dataset = dict(
    data_root='data/classroom/',
    images=dict(room_size='small'),
    classes=classes,
    # tools/fit_margins.py writes it from SynPose's train.json
    margins='data/synpose/annotations/margins.json',
)
train_dataloader = dict(dataset=dict(predictions=f'{poses}train/predictions.json', **dataset))
test_dataloader = dict(
    dataset=dict(
        ann_file='annotations/test.json',
        disjoint_from='annotations/train.json',
        predictions=f'{poses}test/predictions.json',
        **dataset,
    )
)
custom_hooks = [*_base_.custom_hooks[:-1], dict(type='ResultsHook', name='test')]
