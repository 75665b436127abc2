# HRNet-W32 on pseudo-labels of COCO.
_base_ = ['../_base_/td-hm_wholebody_pseudo.py']
