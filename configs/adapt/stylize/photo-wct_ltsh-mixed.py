# LTSH's D_Style as the paper has it: photorealistic stylization with VGG-19's features, larger side 600 px. The weights
# are the file photo_wct.pth of the method's authors (FastPhotoStyle; CC BY-NC-SA 4.0).
_base_ = ['./color-transfer_ltsh-mixed.py']

model = dict(
    _delete_=True,
    type='PhotoWCTStylizer',
    weights='checkpoints/photo_wct.pth',
    max_side=600,
)
test_evaluator = dict(out_root='data/ltsh/style_coco_photo-wct/')
