"""`import synpose` from anywhere registers exactly these names and stays light."""

import json
import subprocess
import sys

EXPECTED = {
    'KEYPOINT_CODECS': ['FastSPR', 'PartAffinityFields', 'PixelLabel'],
    'data sampler': ['DomainBalancedSampler', 'TeacherGroupSampler'],
    'dataset': [
        'BehaviorPoseDataset',
        'CocoBodyFootDataset',
        'ColumnarCocoDataset',
        'FreiburgSittingDataset',
        'Human36mPartsDataset',
        'PeopleImageDataset',
        'PersonCropDataset',
        'PhotoDataset',
        'RealSyntheticDataset',
        'SourceTargetDataset',
        'SurrealDataset',
        'SynPose14Dataset',
        'SynPose17Dataset',
        'SynPoseDataset',
        'SynPoseImageDataset',
        'SynPosePartsDataset',
        'UnpairedImageDataset',
    ],
    'body': [],
    'generator': [],
    'hook': [
        'AdversarialTeacherHook',
        'ChannelsLastHook',
        'Float32PrecisionHook',
        'FrozenLayersHook',
        'GradientReversalScheduleHook',
        'ImagePoolHook',
        'LabelSheetHook',
        'RandomStateHook',
        'ResultsHook',
        'TranslationSheetHook',
    ],
    'loop': ['DatasetJobLoop'],
    'metric': [
        'BBoxIoUAPMetric',
        'BehaviorTop1Metric',
        'CrowdCocoMetric',
        'FIDMetric',
        'MPIIMultiPersonMetric',
        'PDJMetric',
        'ParametricNMSWholeBodyMetric',
        'PartSegmentationMetric',
        'PersonDepthMetric',
        'PseudoLabelWriter',
        'SubmissionWriter',
        'TranslatedDatasetWriter',
        'VisibilityAPMetric',
    ],
    'model': [
        'AdversarialLoss',
        'AffineLocalizer',
        'CTGAN',
        'ColorTransferStylizer',
        'CrowdDEKRHead',
        'CrowdPoseEstimator',
        'DenseLabelEstimator',
        'DensePixelHead',
        'DomainAdversarialPoseEstimator',
        'DomainClassifier',
        'FeedbackHourglass',
        'FlattenedPoseMLP',
        'GradientReversal',
        'IdentityTranslator',
        'InceptionFeatures',
        'MeanLabelEstimator',
        'OpenPoseVGG',
        'PartAffinityHead',
        'PatchDiscriminator',
        'PhotoWCTStylizer',
        'PixelSoftmaxHead',
        'PoseBackboneFeatures',
        'PoseSequenceDataPreprocessor',
        'PyramidDataPreprocessor',
        'ResnetGenerator',
        'SSTNPoseEstimator',
        'SkeletonGCN',
        'TeacherNet',
        'TranslationDataPreprocessor',
        'WholeBodyPseudoLabeler',
    ],
    'optimizer wrapper constructor': ['TranslatorOptimWrapperConstructor'],
    'transform': [
        'BackgroundOcclusion',
        'CarrySyntheticMask',
        'CenterHumanBrightness',
        'CropAroundPerson',
        'DrawStyleImage',
        'IsolatePerson',
        'JointDropout',
        'JointJitter',
        'LoadDepth',
        'LoadMatLabels',
        'LoadParts',
        'LoadPhoto',
        'LoadStencil',
        'LoadStyleImage',
        'NormalizePoseByBox',
        'PackCrowdInputs',
        'PackPoseSequence',
        'PackTranslationInputs',
        'PoseGuidedProposals',
        'RandomChannelScale',
        'RandomImageCrop',
        'RandomImageFlip',
        'RandomImageScale',
        'RandomNormalBBoxTransform',
        'SelectSyntheticPeople',
        'SyntheticLossMask',
        'WarpDenseLabels',
        'WeightByKeypointScores',
    ],
}
"""What a fresh `import synpose` registers, by registry; bodies and generators wait until one is looked up."""

SCRIPT = """
import json, sys
import synpose
import mmpose.registry
from mmengine.registry import Registry
from synpose.registry import BODIES, GENERATORS
registries = [value for value in vars(mmpose.registry).values() if isinstance(value, Registry)]
registries += [BODIES, GENERATORS]
found = {
    registry.name: sorted(k for k, v in registry.module_dict.items() if v.__module__.startswith('synpose'))
    for registry in registries
}
optional = ('mitsuba', 'anny', 'trimesh', 'warp', 'torchmetrics', 'torch_fidelity', 'ot')
heavy = [name for name in optional if name in sys.modules]
generator = GENERATORS.get('ClassroomGenerator').__name__
print('RESULT' + json.dumps({'found': found, 'heavy': heavy, 'generator': generator}))
"""


def test_import_registers_the_expected_names(tmp_path):
    output = subprocess.run(
        [sys.executable, '-c', SCRIPT], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    result = json.loads(output.split('RESULT')[1])
    assert {name: found for name, found in result['found'].items() if found or name in EXPECTED} == EXPECTED
    assert result['heavy'] == []
    assert result['generator'] == 'ClassroomGenerator'
