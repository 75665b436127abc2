import json
import re
from pathlib import Path

import pytest

from synpose.reporting import write_report


@pytest.fixture
def report(work_dir: Path) -> Path:
    assert write_report(work_dir) == work_dir / 'report.html'
    return work_dir


def test_json_maps_splits_to_numbers(report: Path) -> None:
    text = (report / 'report.json').read_text()
    assert 'NaN' not in text
    figures = json.loads(text)
    assert list(figures) == ['val', 'target']
    assert figures['val']['bbox_iou_margin/AP50'] == 0.876
    assert figures['val']['bbox_iou/AP_b'] is None
    assert figures['target'] == {'bbox_iou/AP': 0.2, 'coco/AP': 0.052}


def test_markdown_figures_and_pictures(report: Path) -> None:
    text = (report / 'report.md').read_text()
    assert '| val | with margins | 0.400 | 0.876 | n/a |' in text
    assert '| val | 0.128 | 0.479 | n/a | n/a | n/a | 0.250 |' in text
    linked = set(re.findall(r'\]\((report_files/[^)]+)\)', text))
    assert linked == {path.relative_to(report).as_posix() for path in (report / 'report_files').iterdir()}
    assert len(linked) == 1 + 3 * 4 + 2 * 6  # curves, three contact sheets, two splits
    assert 'train_dataloader = dict(batch_size=2' in text
    assert 'python tools/test.py configs/demo/tiny.py epoch_2.pth' in text


def test_html_has_the_same_figures_and_fetches_nothing(report: Path) -> None:
    page = (report / 'report.html').read_text()
    row = '<td>with margins</td>\n<td class="num">0.400</td>\n<td class="num">0.876</td>'
    assert row in page
    sources = re.findall(r'(?:src|href)\s*=\s*"([^"]*)"', page)
    assert sum(source.startswith('data:image/') for source in sources) == 25
    assert all(source.startswith(('data:image/', '#')) for source in sources)


def test_commands_of_a_demo_with_their_seconds(work_dir: Path) -> None:
    stages = [
        {'name': 'render', 'command': 'python tools/generate.py configs/generate/rooms.py', 'seconds': 1234.4},
        {'name': 'train', 'command': 'python tools/train.py configs/demo/tiny.py', 'seconds': 7.6},
    ]
    (work_dir / 'timings.json').write_text(json.dumps({'stages': stages}))
    write_report(work_dir)
    for name in ('report.md', 'report.html'):
        text = (work_dir / name).read_text()
        listing = text[text.index('Commands of the whole job, with their wall times, summed over interruptions') :]
        assert '# render: 1234 s\npython tools/generate.py configs/generate/rooms.py\n' in listing
        assert '# train: 8 s\npython tools/train.py configs/demo/tiny.py' in listing


def test_a_second_report_removes_old_pictures_only(report: Path) -> None:
    (report / 'report_files' / 'old.jpg').write_bytes(b'')
    (report / 'report_files' / 'notes.txt').write_text('mine')
    write_report(report)
    names = {path.name for path in (report / 'report_files').iterdir()}
    assert 'old.jpg' not in names
    assert 'notes.txt' in names


def test_only_metrics(tmp_path: Path) -> None:
    folder = tmp_path / 'bare' / 'results' / 'val'
    folder.mkdir(parents=True)
    (folder / 'metrics.json').write_text('{"metrics": {"bbox_iou/AP": NaN}, "provenance": {"ann_file": "none.json"}}')
    write_report(tmp_path / 'bare', tmp_path / 'out')
    text = (tmp_path / 'out' / 'report.md').read_text()
    assert '| val | tight boxes | n/a |' in text
    assert 'There is no training log' in text
    assert 'The data of val cannot be shown: none.json: annotation file does not exist.' in text
    assert 'The results record no versions.' in text
    assert json.loads((tmp_path / 'out' / 'report.json').read_text()) == {'val': {'bbox_iou/AP': None}}
    assert not (tmp_path / 'bare' / 'report.html').exists()


def test_hostile_names_are_escaped(work_dir: Path) -> None:
    path = work_dir / 'results' / 'val' / 'metrics.json'
    content = json.loads(path.read_text())
    content['metrics']['<img src="http://host/x">'] = 0.5
    path.write_text(json.dumps(content))
    write_report(work_dir)
    assert '<img src="http' not in (work_dir / 'report.html').read_text()


def test_nothing_to_report(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match='none: no such folder'):
        write_report(tmp_path / 'none')
    with pytest.raises(FileNotFoundError, match=r'tools/test\.py CONFIG CHECKPOINT'):
        write_report(tmp_path)
