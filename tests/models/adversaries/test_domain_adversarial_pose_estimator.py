"""MMPose's own configs train against a domain classifier, and are themselves in tests."""

import copy
import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.distributed
from mmengine.dataset import pseudo_collate
from mmengine.hub import get_config
from mmengine.model import MMDistributedDataParallel
from mmengine.optim import build_optim_wrapper
from mmengine.runner import Runner, load_checkpoint, save_checkpoint, set_random_seed
from mmpose.registry import DATASETS, MODELS
from mmpose.structures import PoseDataSample

from synpose.models.adversaries.stripping import strip_adversary
from synpose.testing import write_photos
from synpose.testing.small_dekr import shrink_dekr, shrink_hrnet
from synpose.testing.small_topdown import shrink_topdown

BODY = 'mmpose::body_2d_keypoint/'
STOCK = {
    'HRNet': (f'{BODY}topdown_heatmap/coco/td-hm_hrnet-w32_8xb64-210e_coco-256x192.py', shrink_topdown),
    'DEKR': (f'{BODY}dekr/coco/dekr_hrnet-w32_8xb10-140e_coco-512x512.py', shrink_dekr),
    'RTMPose': (f'{BODY}rtmpose/coco/rtmpose-t_8xb256-420e_coco-256x192.py', shrink_topdown),
}
TAPS = {
    'HRNet': [
        dict(tap='backbone', classifier=dict(in_channels=8)),
        dict(tap='backbone.stage3', index=-1, classifier=dict(in_channels=8, mode='location')),
        dict(tap='head.final_layer', classifier=dict(in_channels=17, mode='heatmap')),
    ],
    'DEKR': [
        dict(tap='neck', classifier=dict(in_channels=32)),
        dict(tap='head', index=0, classifier=dict(in_channels=18, mode='heatmap')),
        dict(tap='head.heatmap_conv_layers.0', classifier=dict(in_channels=32, mode='location')),
    ],
    'RTMPose': [
        dict(tap='backbone', classifier=dict(in_channels=64)),
        dict(tap='head.final_layer', classifier=dict(in_channels=17, mode='location')),
        dict(tap='head', index=1, classifier=dict(in_channels=17)),
    ],
}
COUNTS = (4, 2)


def wrap(config, options):
    classifier = dict(type='DomainClassifier', **options['classifier'])
    return dict(type='DomainAdversarialPoseEstimator', estimator=config.model, **{**options, 'classifier': classifier})


def build(config, seed=1):
    set_random_seed(seed)
    model = MODELS.build(config)
    model.init_weights()
    return model


@pytest.fixture(scope='module', params=STOCK)
def stock(request, people_folder):
    """Name, small config, and a batch of four source and two target pictures."""
    path, shrink = STOCK[request.param]
    config = shrink(get_config(path))
    if request.param == 'DEKR':
        config.model.head.pop('rescore_cfg')
    for loader in (config.train_dataloader, config.val_dataloader):
        loader.dataset.pop('bbox_file', None)
        root = dict(data_root=str(people_folder), data_prefix=dict(img='images/'))
        loader.dataset.update(ann_file='annotations/train.json', **root)
    set_random_seed(0)
    batch = pseudo_collate(next(take(train_loader(config), 1)))
    return SimpleNamespace(name=request.param, config=config, batch=batch)


def train_loader(config, target=None):
    """A data loader as a user writes it: the config's, its dataset beside another."""
    source = config.train_dataloader.dataset.to_dict()
    return dict(
        batch_size=sum(COUNTS),
        num_workers=0,
        sampler=dict(type='DefaultSampler', shuffle=True),
        batch_sampler=dict(type='DomainBalancedSampler', ratio=COUNTS),
        dataset=dict(type='SourceTargetDataset', source=source, target=target or copy.deepcopy(source)),
        collate_fn=list,
    )


def take(loader, count):
    for _, items in zip(range(count), Runner.build_dataloader(loader, seed=0)):
        assert all(item.keys() == {'inputs', 'data_samples'} for item in items)
        yield items


def prepared(model, batch, training=True):
    return model.data_preprocessor(copy.deepcopy(batch), training)


def losses_of(model, batch):
    return model(**prepared(model, batch), mode='loss')


def total(losses):
    return sum(value for name, value in losses.items() if 'loss' in name)


def taps(stock):
    return TAPS[stock.name]


def test_a_stock_config_trains_wrapped_and_is_itself_in_tests(stock, tmp_path):
    model = build(wrap(stock.config, taps(stock)[0])).train()
    optim_wrapper = build_optim_wrapper(model, dict(optimizer=dict(type='Adam', lr=1e-3)))
    before = copy.deepcopy(model.state_dict())
    for _ in range(2):
        logged = model.train_step(copy.deepcopy(stock.batch), optim_wrapper)
    assert all(torch.isfinite(value) for value in logged.values())
    assert logged['loss_domain'] > 0
    assert 0 <= logged['acc_domain'] <= 1
    for part in ('estimator.backbone.', 'estimator.head.', 'classifier.'):
        assert any(not torch.equal(before[key], value) for key, value in model.state_dict().items() if part in key)

    save_checkpoint(dict(state_dict=model.state_dict(), meta={}, optimizer={}), str(tmp_path / 'trained.pth'))
    trained = torch.load(tmp_path / 'trained.pth', weights_only=False)
    save_checkpoint(strip_adversary(trained), str(tmp_path / 'plain.pth'))
    plain = build(stock.config.model, seed=2)
    load_checkpoint(plain, str(tmp_path / 'plain.pth'), map_location='cpu', strict=True)
    assert plain.state_dict().keys() == {k.removeprefix('estimator.') for k in model.state_dict() if 'class' not in k}
    dataset = DATASETS.build(stock.config.val_dataloader.dataset)
    batch = pseudo_collate([dataset[number] for number in range(1 if stock.name == 'DEKR' else 3)])
    for network in (plain, model):
        network.eval()
        head = getattr(network, 'estimator', network).head
        if stock.name == 'DEKR':
            head.decoder.decode_thr = -1.0
    with torch.no_grad():
        expected, found = (network.test_step(copy.deepcopy(batch)) for network in (plain, model))
        for mine, theirs in zip(found, expected):
            assert len(mine.pred_instances.keypoints)
            np.testing.assert_array_equal(mine.pred_instances.keypoints, theirs.pred_instances.keypoints)
            np.testing.assert_array_equal(mine.pred_instances.keypoint_scores, theirs.pred_instances.keypoint_scores)
        inputs = prepared(plain, batch, False)['inputs']
        torch.testing.assert_close(model(inputs), plain(inputs, None), rtol=0, atol=0)


@pytest.mark.parametrize('number', range(3))
def test_losses_and_gradients_are_those_of_the_parts(stock, number):
    options = dict(taps(stock)[number], reversal_weight=0.7)
    model = build(wrap(stock.config, options)).eval()  # batch normalization of rows alone is the same as of all
    inputs, samples = prepared(model, stock.batch).values()
    found = losses_of(model, stock.batch)
    total(found).backward()
    found_gradients = {name: value.grad for name, value in model.named_parameters()}
    model.zero_grad()

    source, labels = list(range(COUNTS[0])), torch.tensor([0] * COUNTS[0] + [1] * COUNTS[1])
    plain, classifier = model.estimator, model.classifier
    expected = plain.loss(inputs[source], samples[: COUNTS[0]])
    outputs = []
    if options['tap'] == 'head':
        outputs.append(plain(inputs, None, mode='tensor'))
    else:
        hook = plain.get_submodule(options['tap']).register_forward_hook(lambda *args: outputs.append(args[2]))
        plain(inputs, None, mode='tensor')
        hook.remove()
    (feature,) = outputs
    if not isinstance(feature, torch.Tensor):
        feature = feature[options.get('index', 0)]
    domain = classifier.loss(feature, labels)
    for name, value in {**expected, **domain}.items():
        torch.testing.assert_close(found[name], value, rtol=1e-5, atol=1e-7)
    assert found.keys() == {*expected, *domain}

    names, parameters = zip(*model.named_parameters())
    pose = torch.autograd.grad(total(expected), parameters, allow_unused=True)
    adverse = torch.autograd.grad(domain['loss_domain'], parameters, allow_unused=True)
    assert any(value is not None and value.abs().max() > 0 for value in adverse)
    for name, of_pose, of_domain in zip(names, pose, adverse):
        factor = 1 if name.startswith('classifier.') else -0.7
        wanted = sum(part for part in (of_pose, None if of_domain is None else factor * of_domain) if part is not None)
        got = found_gradients[name]
        assert got is not None or not isinstance(wanted, torch.Tensor)
        if isinstance(wanted, torch.Tensor):
            torch.testing.assert_close(got, wanted, rtol=1e-3, atol=1e-5 * float(wanted.abs().max() + 1e-3))


@pytest.mark.parametrize('number', [0, -1])
def test_labels_of_the_target_are_not_used(stock, number):
    model = build(wrap(stock.config, taps(stock)[number])).train()
    start = copy.deepcopy(model.state_dict())
    expected = losses_of(model, stock.batch)
    nonsense, nothing, source = (copy.deepcopy(stock.batch) for _ in range(3))
    for number in range(COUNTS[0], sum(COUNTS)):
        for field in ('gt_instance_labels', 'gt_fields', 'gt_instances'):
            labels = nonsense['data_samples'][number].get(field)
            for name, value in labels.items() if labels is not None else ():
                labels.set_field(value * float('nan'), name)
            nothing['data_samples'][number].pop(field, None)
    for changed in (nonsense, nothing):
        model.load_state_dict(start)
        found = losses_of(model, changed)
        assert found.keys() == expected.keys()
        assert all(torch.equal(found[name], expected[name]) for name in expected)
    for sample in source['data_samples'][: COUNTS[0]]:
        if 'heatmaps' in sample.get('gt_fields', ()):
            sample.gt_fields.heatmaps *= 0.5
        if 'keypoint_x_labels' in sample.gt_instance_labels:
            sample.gt_instance_labels.keypoint_x_labels = sample.gt_instance_labels.keypoint_x_labels.flip(-1)
    model.load_state_dict(start)
    assert total(losses_of(model, source)) != total(expected)  # those of the source are


def test_both_domains_pass_batch_normalization_together(stock):
    model = build(wrap(stock.config, taps(stock)[0])).train()
    plain = copy.deepcopy(model.estimator)
    losses_of(model, stock.batch)
    plain.extract_feat(prepared(plain, stock.batch)['inputs'])
    expected = {name: value for name, value in plain.named_buffers() if name.startswith('backbone.')}
    assert any(name.endswith('running_mean') for name in expected)
    for name, value in expected.items():
        assert torch.equal(model.estimator.get_buffer(name), value), name


@pytest.mark.parametrize('number', [0, -1])
def test_every_process_of_many_trains_as_one_alone(stock, number, tmp_path):
    torch.distributed.init_process_group('gloo', init_method=f'file://{tmp_path}/store', rank=0, world_size=1)
    try:
        results = []
        for distributed in (False, True):
            model = build(wrap(stock.config, taps(stock)[number])).train()
            optim_wrapper = build_optim_wrapper(model, dict(optimizer=dict(type='SGD', lr=1e-2)))
            step = MMDistributedDataParallel(model) if distributed else model
            # A parameter without gradient would stop the second step under MMEngine's defaults.
            results.append([step.train_step(copy.deepcopy(stock.batch), optim_wrapper) for _ in range(2)])
    finally:
        torch.distributed.destroy_process_group()
    for one, other in zip(*results):
        for name in one:
            torch.testing.assert_close(one[name], other[name], rtol=1e-4, atol=1e-5)


def test_a_tap_without_gradient_is_refused(dekr, dekr_batch):
    model = build(wrap(dekr, TAPS['DEKR'][0])).train()
    model.estimator.backbone.requires_grad_(False)
    with pytest.raises(ValueError, match='tap: neck has no gradient to reverse'):
        losses_of(model, dekr_batch)


def test_hooks_of_mmpose_find_the_parts(stock):
    model = build(wrap(stock.config, taps(stock)[0]))
    names = set(model.state_dict())
    for part in ('backbone', 'head', *(('neck',) if model.estimator.with_neck else ())):
        assert getattr(model, part) is getattr(model.estimator, part)
    assert all(name.startswith(('estimator.', 'classifier.')) for name in names)


def test_a_copy_of_the_model_is_its_own(stock):
    model = build(wrap(stock.config, taps(stock)[-1])).train()
    expected = losses_of(model, stock.batch)
    twin = copy.deepcopy(model)  # as EMAHook makes one
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    found = losses_of(twin, stock.batch)
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    assert not any(module._forward_hooks for module in model.modules())
    assert 'forward' not in vars(model.estimator.head)


@pytest.fixture(scope='module')
def dekr(people_folder):
    config = shrink_dekr(get_config(STOCK['DEKR'][0]))
    config.model.head.pop('rescore_cfg')
    root = dict(data_root=str(people_folder), data_prefix=dict(img='images/'))
    config.train_dataloader.dataset.update(ann_file='annotations/train.json', **root)
    return config


@pytest.fixture(scope='module')
def dekr_batch(dekr):
    return pseudo_collate(next(take(train_loader(dekr), 1)))


def test_photos_without_labels_are_a_target(dekr, tmp_path):
    write_photos(tmp_path, 3, (100, 70))
    size = dekr.model.head.decoder.input_size
    pipeline = [
        dict(type='LoadPhoto'),
        dict(type='BottomupRandomAffine', input_size=size),
        dict(type='RandomFlip', direction='horizontal'),
        dict(type='PackPoseInputs'),
    ]
    target = dict(type='PhotoDataset', data_root=str(tmp_path), pipeline=pipeline)
    model = build(wrap(dekr, TAPS['DEKR'][0])).train()
    for items in take(train_loader(dekr, target), 2):
        assert [item['data_samples'].domain_label for item in items] == [0] * COUNTS[0] + [1] * COUNTS[1]
        losses = losses_of(model, pseudo_collate(items))
        assert torch.isfinite(total(losses))


def test_detected_boxes_are_a_target_of_a_topdown_estimator(people_folder, tmp_path):
    config = shrink_topdown(get_config(STOCK['HRNet'][0]))
    root = dict(data_root=str(people_folder), data_prefix=dict(img='images/'), ann_file='annotations/train.json')
    config.train_dataloader.dataset.update(root)
    annotations = json.loads((people_folder / root['ann_file']).read_text())['annotations']
    boxes = [dict(image_id=a['image_id'], category_id=1, bbox=a['bbox'], score=0.9) for a in annotations]
    (tmp_path / 'boxes.json').write_text(json.dumps(boxes))
    source = config.train_dataloader.dataset
    pipeline = [step for step in source.pipeline if step['type'] not in ('RandomHalfBody', 'GenerateTarget')]
    target = dict(source, pipeline=pipeline, test_mode=True, bbox_file=str(tmp_path / 'boxes.json'))
    items = next(take(train_loader(config, target), 1))
    assert not any(item['data_samples'].gt_instance_labels for item in items[COUNTS[0] :])
    losses = losses_of(build(wrap(config, TAPS['HRNet'][0])).train(), pseudo_collate(items))
    assert torch.isfinite(total(losses))


def empty_batch(labels):
    metainfo = [dict(img_path=f'{number}.png', domain_label=label) for number, label in enumerate(labels)]
    return dict(inputs=torch.zeros(len(labels), 3, 64, 64), data_samples=[PoseDataSample(metainfo=m) for m in metainfo])


@pytest.mark.parametrize(
    ('labels', 'message'),
    [
        (
            [0, None],
            r'1.png: domain_label must be 0 \(source\) or 1 \(target\), got None; SourceTargetDataset writes it',
        ),
        ([0, 0], 'has 2 source and 0 target pictures'),
        ([1], 'has 0 source and 1 target pictures'),
    ],
)
def test_batches_without_both_domains_are_refused(dekr, labels, message):
    model = build(wrap(dekr, TAPS['DEKR'][0]))
    with pytest.raises(ValueError, match=message):
        model(**empty_batch(labels), mode='loss')


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(tap='neck.conv'), 'no neck.conv; there it has nothing'),
        (dict(tap='backbone.stage5'), 'no backbone.stage5; there it has .*backbone.stage4'),
        (dict(index='all'), "index must be a number, 'sum' or None, got 'all'"),
        (dict(reversal_weight=float('nan')), 'weight must be a number from 0, got nan'),
    ],
)
def test_wrong_options_are_refused_at_once(dekr, options, message):
    with pytest.raises(ValueError, match=message):
        MODELS.build(wrap(dekr, dict(TAPS['DEKR'][0], **options)))


def test_what_is_no_estimator_is_refused(dekr):
    classifier = dict(type='DomainClassifier', in_channels=3)
    for estimator in (classifier, {key: value for key, value in dekr.model.items() if key != 'head'}):
        with pytest.raises(ValueError, match=f'{estimator["type"]} is no pose estimator with a head'):
            MODELS.build(dict(type='DomainAdversarialPoseEstimator', estimator=estimator, classifier=classifier))


def test_a_head_whose_loss_bypasses_its_forward_is_refused(people_folder):
    config = get_config(f'{BODY}cid/coco/cid_hrnet-w32_8xb20-140e_coco-512x512.py')
    shrink_hrnet(config.model.backbone)
    config.model.backbone.init_cfg = None
    config.model.head.update(in_channels=32, gfd_channels=8)
    root = dict(data_root=str(people_folder), data_prefix=dict(img='images/'))
    config.train_dataloader.dataset.update(ann_file='annotations/train.json', **root)
    batch = pseudo_collate(next(take(train_loader(config), 1)))
    inner = dict(tap='head.iia_module.keypoint_root_conv', classifier=dict(in_channels=18))
    with pytest.raises(ValueError, match=r'loss of CIDHead does not go through its forward, .* tap the backbone'):
        losses_of(build(wrap(config, inner)).train(), batch)
    outer = dict(tap='neck', classifier=dict(in_channels=32))
    assert torch.isfinite(total(losses_of(build(wrap(config, outer)).train(), batch)))


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(tap='backbone'), 'backbone returns 4 features, .*index=None does not choose one'),
        (dict(tap='backbone', index=7), 'index=7 does not choose one'),
        (
            dict(tap='neck', classifier=dict(in_channels=480)),
            r'in_channels is 480, but the features are \(6, 32, 16, 16',
        ),
        (dict(tap='backbone.bn1', classifier=dict(in_channels=64)), 'follows backbone.bn1 changes its output in place'),
        (dict(tap='head.loss_module.heatmap'), r'heatmap returns \(\) for a batch of 6 pictures'),
    ],
)
def test_wrong_taps_are_refused_at_the_first_batch(dekr, dekr_batch, options, message):
    model = build(wrap(dekr, {**TAPS['DEKR'][0], **options}))
    with pytest.raises(ValueError, match=message):
        losses_of(model, dekr_batch)
    assert not any(module._forward_hooks for module in model.modules())


def test_a_checkpoint_of_the_estimator_is_refused_by_load_from_and_taken_by_init_cfg(dekr, tmp_path):
    plain = build(dekr.model, seed=5)
    file = str(tmp_path / 'plain.pth')
    save_checkpoint(dict(state_dict=plain.state_dict(), meta={}), file)
    model = build(wrap(dekr, TAPS['DEKR'][0]))
    with pytest.raises(ValueError, match=r'not one of DomainAdversarialPoseEstimator: .*init_cfg'):
        load_checkpoint(model, file)
    started = wrap(dekr, TAPS['DEKR'][0])
    started['estimator'] = dict(started['estimator'], init_cfg=dict(type='Pretrained', checkpoint=file))
    found = build(started).estimator.state_dict()
    assert all(torch.equal(found[name], value) for name, value in plain.state_dict().items())
