"""The table of words is whole in every language, and nothing that a reader meets is said past it."""

import ast
import gzip
import json
import math
import re

import pytest
import torch
from torch import nn

from helpers import data, plot, recordings, train, words
from helpers.exercise import check, expect
from helpers.train import History
from helpers.widgets import ChannelExplorer, ConvExplorer, KernelLearner, LeNetExplorer
from tests.conftest import ROOT

#: modules whose words readers meet
SPOKEN = ("train", "data", "plot", "ops", "shapes", "exercise", "device", "recordings")

#: functions that may speak English only, and why
DEVELOPERS = {
    ("data", "make_sample"): "who makes the sample anew works on the course",
    ("recordings", "main"): "the command line of whoever records runs",
    ("recordings", "_trained"): "the same: a training that came to nothing is not recorded",
}

#: texts of several words that are names, or code
NAMES = {*data.CLASSES, *plot.CHINESE, "DejaVu Sans", "return None", "model name", r"Glyph \d+ .* missing from font"}


def module(name):
    return ast.parse((ROOT / "helpers" / f"{name}.py").read_text(encoding="utf-8"))


def functions(tree):
    """Every function of a module with its name, methods included."""
    return [(node.name, node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def calls(node):
    """The names of what is called somewhere inside a node."""
    return {call.func.id for call in ast.walk(node) if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)}


def taught():
    """The functions that chapters define in front of the reader, as they stand there."""
    sources = []
    for path in sorted((ROOT / "chapters" / "en").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return {name for source in sources for name in re.findall(r"^def (\w+)\(", source, re.M)}


@pytest.mark.parametrize("key", sorted(words.table()))
def test_every_key_speaks_every_language_with_the_same_placeholders(key):
    texts = words.table()[key]
    assert set(texts) == set(words.LANGUAGES)
    assert all(texts.values())
    assert words.placeholders(texts["en"]) == words.placeholders(texts["zh"])


def test_a_language_is_spoken_after_it_was_chosen():
    words.use_language("zh")
    assert words.say("ui.kernel") == "卷积核"


def test_another_language_is_refused_and_the_present_one_stays():
    with pytest.raises(ValueError, match="speaks en and zh; 'fr'"):
        words.use_language("fr")
    assert words.language() == "en"


def test_a_missing_key_or_value_is_an_error():
    with pytest.raises(KeyError):
        words.say("ui.no_such_word")
    with pytest.raises(KeyError):
        words.say("shapes.at_least", name="stride")


# --- nothing past the tables


def silent_raises(name):
    """The functions of a module that raise an error whose text is not the tables'.

    A text is the tables' where it is made by `say`, or by a function of the module that calls it. A file that is
    missing is told by whoever asked for it.
    """
    tree = module(name)
    speaking = {function for function, node in functions(tree) if "say" in calls(node)} | {"say"}
    for function, node in functions(tree):
        for part in ast.walk(node):
            if not isinstance(part, ast.Raise) or not isinstance(part.exc, ast.Call):
                continue
            made_by = part.exc.func.id
            if made_by not in {"FileNotFoundError", "_reason"} and not calls(part.exc) & speaking:
                yield function


@pytest.mark.parametrize("name", SPOKEN)
def test_every_error_that_a_reader_can_cause_takes_its_text_from_the_tables(name):
    silent = {(name, function) for function in silent_raises(name)}
    if name == "ops":  # the code that a chapter shows is the same in every language, and so are its errors
        assert silent <= {("ops", function) for function in taught()}
    else:
        assert silent <= DEVELOPERS.keys()


@pytest.mark.parametrize("name", SPOKEN)
def test_no_sentence_stands_in_the_code(name):
    """Two English words in a row, in a text that is no docstring, no markup and no name."""
    tree, left_out = module(name), set()
    for node in ast.walk(tree):
        spoken = isinstance(node, ast.FunctionDef) and (name, node.name) not in DEVELOPERS
        if isinstance(node, ast.FunctionDef) and (not spoken or (name == "ops" and node.name in taught())):
            left_out |= {id(part) for part in ast.walk(node)}
        elif isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            left_out.add(id(node.body[0].value))
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    said = [node.value for node in texts if id(node) not in left_out and node.value not in NAMES]
    plain = [re.sub(r"<[^>]*>?|[\w-]+: [^;]*;", "", text) for text in said]
    assert [text for text in plain if re.search(r"[A-Za-z]{2,},? [A-Za-z]{2,}", text)] == []


# --- Chinese is Chinese

#: what has no Chinese name, and the names of arguments, files and settings
LATIN = {
    "Fashion", "FASHION", "MNIST", "DIR", "gz", "History", "NaN", "nan", "epochs", "average", "cpu", "meta",
}  # fmt: skip


def foreign(text):
    """The Latin words of a text, without names, and without what stands in quotation marks (paths)."""
    return set(re.findall(r"[A-Za-z]{2,}", re.sub(r"“[^”]*”", "", text))) - LATIN


@pytest.fixture
def chinese():
    words.use_language("zh")


@pytest.fixture
def batches():
    split = data.Split(torch.zeros(32, 4, 4, dtype=torch.uint8), torch.arange(32) % 3)
    return data.Batches(split, 8)


def net():
    return nn.Sequential(nn.Flatten(), nn.Linear(16, 3))


def sgd(model):
    return torch.optim.SGD(model.parameters(), lr=0.1)


def test_a_data_failure_speaks_chinese(chinese, tmp_path, monkeypatch):
    raw = tmp_path / "data" / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / "train-images-idx3-ubyte").write_bytes(b"<html>Please log in</html>")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("FASHION_MNIST_DIR", raising=False)
    monkeypatch.setattr(data, "DEBIAN", tmp_path / "none")
    monkeypatch.setattr(data, "_download", lambda: (_ for _ in ()).throw(data.DataError("断网")))
    data.forget()
    told = repr(data.fashion_mnist())
    data.forget()
    assert told == (
        "Fashion-MNIST，训练集3,000张图像，测试集1,000张，只是课程自带的样本：图像少，准确率会偏低\n"
        "  此前试过：“data/FashionMNIST/raw/train-images-idx3-ubyte”是网页，不是数据（可能是上网登录页面）"
        "：请删除这个文件\n"
        "  此前试过：下载失败：断网"
    )
    assert foreign(told) == set()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            gzip.compress(b"else", mtime=0),
            "”不是官方发布的文件（大小为4字节，应为47,040,016字节）：请把官方发布的四个文件放进去",
        ),
        (b"<html>", "”是网页，不是数据（可能是上网登录页面）：请把官方发布的四个文件放进去"),
    ],
)
def test_a_named_folder_with_a_wrong_file_is_refused_in_chinese(chinese, tmp_path, monkeypatch, content, reason):
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(content)
    monkeypatch.setenv("FASHION_MNIST_DIR", str(tmp_path))
    data.forget()
    with pytest.raises(data.DataError, match=re.escape(reason)) as refused:
        data.fashion_mnist()
    assert foreign(str(refused.value)) == set()


def test_a_stopped_training_speaks_chinese(chinese, batches):
    model = net()
    history = train.fit(
        model, batches, epochs=2, optimizer=sgd(model), loss=lambda Y, y: Y.sum() * math.nan, progress=False
    )
    assert history.stopped == "第1轮的损失为nan：学习率过高，或数据中含有NaN"
    assert repr(history) == f"History(一轮也没有完成：{history.stopped})"
    told = repr(History([1.0], [0.5], [0.25], [1.0], words.say("train.stopped.interrupted", epoch=2)))
    assert told == "History(1轮，损失1.0000，训练集准确率0.5000，验证集准确率0.2500；第2轮训练被中断)"
    assert foreign(repr(history) + told) == set()


def test_the_bar_speaks_chinese(chinese, batches, capsys):
    model = net()
    train.fit(model, batches, batches, epochs=1, optimizer=sgd(model))
    said = capsys.readouterr().err
    assert "第1/1轮" in said
    assert foreign(said) == set()


def test_refusals_of_training_and_data_speak_chinese(chinese, batches):
    refused = []
    for refuses in (
        lambda: train.fit(net(), batches, epochs=0, optimizer=sgd(net())),
        lambda: train.fit(net(), batches, epochs=1, optimizer=sgd(net()), average=2),
        lambda: train.fit(net().to("meta"), batches, epochs=1, optimizer=sgd(net())),
        lambda: data.hold_out(batches.split, 40),
        lambda: plot.pictures(torch.zeros(2, 2), titles=[]),
        lambda: plot.confusion([[1]], []),
        lambda: recordings.load("没有的"),
        lambda: plot.figure("没有的"),
    ):
        with pytest.raises(ValueError, match=r"[\u4e00-\u9fff].*。$") as error:
            refuses()
        refused.append(str(error.value))
    assert foreign(" ".join(refused[:6])) == set()
    assert not any(", " in text for text in refused)
    assert "cross_correlation、dense_local_shared、" in refused[-1]


@pytest.mark.filterwarnings("error")  # of missing glyphs
@pytest.mark.parametrize("fonts", [plot.CHINESE, ()])
def test_a_plot_speaks_chinese(chinese, monkeypatch, fonts):
    monkeypatch.setattr(plot, "CHINESE", fonts)
    curves = plot.LiveCurves({"课程记录": [0.5, 0.6]}).picture(History([1.0], [0.5], [0.25]))
    assert curves.alt == "准确率随轮次变化的曲线：训练集、验证集、课程记录。"
    drawn = " ".join(re.findall(r">([^<>]+)</text>", curves.svg))
    assert {"训练集", "验证集", "准确率", "轮次"} <= set(drawn.split())
    assert plot.grids([[1]], [[2, 3]], titles=["输入", "输出"]).alt == "数字网格：输入（1×1）、输出（1×2）。"
    confused = plot.confusion([[3, 1], [2, 4]], [words.say("class.6"), words.say("class.4")])
    assert confused.alt.endswith("最常见的错误：把“外套”认成“衬衫”，共2次。")
    assert foreign(curves.alt + confused.alt + drawn) == set()


def test_a_drawn_figure_has_its_words_in_the_readers_language():
    english = plot.figure("multi_channel").svg
    words.use_language("zh")
    shown = re.findall(r">([^<>]+)</text>", plot.figure("multi_channel").svg)
    assert ">X, channel 1</text>" in english
    assert {"X，通道1", "K，通道2", "部分和"} <= set(shown)
    assert foreign(" ".join(shown)) == set()


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "figures").glob("*.svg")))
def test_every_word_of_a_drawn_figure_stands_in_the_tables(name):
    texts = re.findall(r">([^<>]+)</text>", plot.figure(name).svg)
    known = {texts["en"] for texts in words.beginning("drawing.")}
    assert {text for text in texts if re.search("[A-Za-z]{2,}", text)} <= known


def test_sentences_and_lists_follow_one_another_as_the_language_has_it(chinese):
    verdict = check(lambda answer: expect(answer, 19), 18)
    assert repr(verdict) == "还不对。答案应为19，实际是18。"
    assert "<strong>还不对。</strong>答案应为19" in verdict._repr_html_()
    assert words.listed(["红", "绿"]) == "红、绿"


def test_tables_of_explorers_have_chinese_captions(chinese):
    assert "<caption>卷积核（1×2）</caption>" in ConvExplorer([[1, 2, 3]], [[1, 2]]).html()
    channels = ChannelExplorer([[[0, 1, 2]]], [[[[1, 1]]]])
    assert "<caption>输出1的卷积核，通道1（1×2）</caption>" in channels.html()
    assert "损失L为2。对这个输入" in KernelLearner([[1, 0, 0, 1]], [[1, -1]], bias=None).html()
    with pytest.raises(ValueError, match=r"必须是4维的（输出通道×输入通道×行×列）；实际为2×2。"):
        channels.kernel = torch.ones(2, 2)
    lenet = LeNetExplorer()
    assert 'alt="输入（28×28）"' in lenet.html()
    assert "%</td>" in lenet.html()
    assert " %" not in lenet.html()
    with pytest.raises(ValueError, match="单元号在这里最多为5；实际为6"):
        lenet.silenced = ((1, 6),)
