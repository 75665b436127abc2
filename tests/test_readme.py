"""What the README tells a newcomer to do exists."""

import re
import shlex
from pathlib import Path

import pytest
from mmengine.config import Config

from synpose.demo import demo_stages

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / 'README.md').read_text(encoding='utf-8')


@pytest.mark.parametrize('page', ['README.md', 'custom_modules/README.md', 'projects/synpose/README.md'])
def test_relative_links_exist(page):
    path = ROOT / page
    links = [link for link in re.findall(r'\]\(([^)]+)\)', path.read_text(encoding='utf-8')) if 'http' not in link]
    assert links
    for link in links:
        file, _, heading = link.partition('#')
        linked = path.parent / file if file else path
        assert linked.exists(), link
        if heading:
            headings = re.findall(r'^#+ (.+)$', linked.read_text(encoding='utf-8'), flags=re.MULTILINE)
            assert heading in [text.lower().replace(' ', '-') for text in headings], link


def test_the_commands_listed_are_those_of_the_demo(monkeypatch):
    monkeypatch.chdir(ROOT)
    demo = TEXT.split('## From nothing to a report')[1].split('\n## ')[0]
    listed = re.findall(r'^python (tools/(?!predict).*)$', demo, flags=re.MULTILINE)
    # Options whose values are the configs' own.
    left_out = re.compile(r' (--resume|--cfg-options|randomness\.seed=0|\w+_dataloader\.dataset\.predictions=\S+)')
    assert listed == [left_out.sub('', stage.text).removeprefix('python ') for stage in demo_stages(workers=2)]


def test_photos_in_adapted_dataset_out(monkeypatch):
    """Each of the six commands reads what those before it have written."""
    monkeypatch.chdir(ROOT)
    section = TEXT.split('## Make it look like your camera')[1]
    generate, margins, link, train, adapt, pose = section.split('```bash\n')[1].split('```')[0].strip().splitlines()
    translator, source = train.split()[2], re.search(r'--out (\S+)', generate)[1]
    config, pose_config = Config.fromfile(translator), Config.fromfile(pose.split()[2])
    sides = config.train_dataloader.dataset
    assert sides.source.data_root == f'{source}/' == config.test_evaluator.data_root
    assert sides.target.data_root == f'{link.split()[3]}/'
    last = f'{config.work_dir}/epoch_{config.train_cfg.max_epochs}.pth'
    assert adapt.split() == ['python', 'tools/adapt.py', translator, last]
    fitted = [metric.margins for metric in pose_config.val_evaluator if 'margins' in metric]
    assert fitted
    read = f'{source}/annotations/train.json'
    assert {tuple(margins.split()[2:])} == {(read, '--out', written) for written in fitted}
    assert pose_config.train_dataloader.dataset.data_root == config.test_evaluator.out_root
    assert [pose_config.train_dataloader.dataset.ann_file] == list(config.test_evaluator.ann_files)


@pytest.mark.parametrize('path', sorted(set(re.findall(r'\b(?:tools|configs|projects)/[\w./-]+\.\w+', TEXT))))
def test_files_named_exist(path):
    assert (ROOT / path).is_file()


@pytest.mark.parametrize('target', sorted(set(re.findall(r'(?:`|^)make ([a-z-]+)', TEXT, flags=re.MULTILINE))))
def test_make_targets_exist(target):
    assert re.search(rf'^{target}:', (ROOT / 'Makefile').read_text(), flags=re.MULTILINE)


def test_what_is_labeled_is_what_is_looked_at_and_trained_on():
    section = TEXT.split('## 133 keypoints from 17')[1]
    commands = [shlex.split(line) for line in re.findall(r'^python (tools/.*)$', section, flags=re.MULTILINE)[:3]]
    label, browse, train = commands
    assert [command[0] for command in commands] == ['tools/pseudo_label.py', 'tools/browse.py', 'tools/train.py']
    writer = Config.fromfile(ROOT / label[1]).test_evaluator
    student = Config.fromfile(ROOT / train[1]).train_dataloader.dataset
    (ann_file,) = writer.ann_files
    labeled, pictures = Path(writer.out_root, ann_file), Path(writer.out_root, writer.data_prefix.img)
    assert labeled == Path(browse[1]) == Path(student.data_root, student.ann_file)
    assert pictures == Path(browse[browse.index('--images') + 1]) == Path(student.data_root, student.data_prefix.img)
