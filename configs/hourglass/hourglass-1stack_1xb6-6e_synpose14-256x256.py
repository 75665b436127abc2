# "Classic" of Etheve & Remy, table 1: the hourglass on the source as it is.
_base_ = ['../_base_/hourglass_synpose14.py']
