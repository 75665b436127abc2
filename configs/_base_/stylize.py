# A dataset folder restyled without training, by tools/adapt.py: pictures in, pictures of the same stems out. The
# configs of adapt/stylize state which people, which photos and which stylizer.
_base_ = ['dataset_job.py']

source_root = 'data/synpose/'
ann_files = ['annotations/train.json']
model = dict(type='ColorTransferStylizer')
test_dataloader = dict(
    batch_size=4,
    num_workers=2,
    dataset=dict(type='SynPoseImageDataset', data_root=source_root, ann_files=ann_files),
)
test_evaluator = dict(
    type='TranslatedDatasetWriter', data_root=source_root, ann_files=ann_files, out_root=None, domain='stylized'
)
