"""Chat templates of model families, written from their published descriptions, and those of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from egcfg_sandbox import CodeTest
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.models import read_chat
from egcfg_tui.prompting.chat import Frame, chat_frame
from egcfg_tui.prompting.styles import PromptStyle
from egcfg_tui.prompting.task import task_prompt
from egcfg_tui.prompting.thoughts import left_open

FOLDER = Path(__file__).parent / "chat_templates"


class Family(NamedTuple):
    """A family's template, its control texts, and how a prompt must end before the answer.

    `switches` turn thinking off. `closed` is the opener of a thought that the template opens all the same and
    that is left empty.
    """

    name: str
    bos: str
    eos: str
    end: str
    switches: tuple[str, ...] = ()
    closed: str | None = None


CHATML_END = "<|im_end|>\n<|im_start|>assistant\n"
EMPTY_THOUGHT = "<think>\n\n</think>\n\n"
DEEPSEEK = ("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>")

FAMILIES = (
    Family("qwen2.5", "", "<|im_end|>", CHATML_END),
    Family("qwen3", "", "<|im_end|>", CHATML_END + EMPTY_THOUGHT, ("enable_thinking",)),
    Family("qwen3-thinking", "", "<|im_end|>", CHATML_END + EMPTY_THOUGHT, closed="<think>"),
    Family("qwen3.5", "", "<|im_end|>", CHATML_END + EMPTY_THOUGHT, ("enable_thinking",)),
    Family("gemma-3", "<bos>", "<eos>", "<end_of_turn>\n<start_of_turn>model\n"),
    Family("gemma-4-e2b", "<bos>", "<eos>", "<turn|>\n<|turn>model\n", ("enable_thinking",)),
    Family(
        "gemma-4-31b",
        "<bos>",
        "<eos>",
        "<turn|>\n<|turn>model\n<|channel>thought\n<channel|>",
        ("enable_thinking",),
    ),
    Family(
        "llama-3.2",
        "<|begin_of_text|>",
        "<|eot_id|>",
        "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
    ),
    Family("phi-4", "", "<|im_end|>", "<|im_end|><|im_start|>assistant<|im_sep|>"),
    Family("mistral-7b", "<s>", "</s>", "[/INST]"),
    Family("magistral", "<s>", "</s>", "[/INST][THINK][/THINK]", closed="[THINK]"),
    Family("mistral-small-4", "<s>", "</s>", "[/INST]", ("reasoning_effort",)),
    Family("deepseek-r1-distill", *DEEPSEEK, f"<｜Assistant｜>{EMPTY_THOUGHT}", closed="<think>"),
    Family("deepseek-v3.1", *DEEPSEEK, "<｜Assistant｜></think>", ("thinking",)),
    Family(
        "granite-3.3",
        "",
        "<|end_of_text|>",
        "<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>",
        ("thinking",),
    ),
    Family("granite-4", "", "<|end_of_text|>", "<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>"),
    Family("lfm2.5-thinking", "<|startoftext|>", "<|im_end|>", CHATML_END),
    Family("smollm3", "", "<|im_end|>", f"{CHATML_END}<think>\n\n</think>\n", ("enable_thinking",)),
    Family(
        "gpt-oss",
        "",
        "<|return|>",
        "<|end|><|start|>assistant<|channel|>final<|message|>",
        ("reasoning_effort",),
        "<|channel|>analysis<|message|>",
    ),
    Family("seed-oss", "", "<seed:eos>", "</seed:think>", ("thinking_budget",)),
    Family("glm-4.5", "", "<|endoftext|>", "/nothink<|assistant|>\n<think></think>", ("enable_thinking",)),
    Family(
        "command-a-reasoning",
        "<BOS_TOKEN>",
        "<|END_OF_TURN_TOKEN|>",
        "<|CHATBOT_TOKEN|><|START_THINKING|><|END_THINKING|>",
        ("reasoning",),
    ),
)

each_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)

EXERCISE = Exercise(
    id="total",
    title="Total",
    statement="Add up a list.",
    kind=ExerciseKind.FUNCTION,
    entry_point="total",
    visible=(CodeTest("assert total([1, 2]) == 3"),),
    starter="def total(xs):\n",
)


def frame_of(family: Family) -> Frame:
    template = (FOLDER / f"{family.name}.jinja").read_text("utf-8")
    return chat_frame(template, bos_text=family.bos, eos_text=family.eos)


def prompt_text(frame: Frame, style: PromptStyle) -> str:
    prompt = task_prompt(EXERCISE, style, frame)
    return prompt.before + prompt.body + prompt.after + prompt.opening


def test_every_template_here_is_tried() -> None:
    assert {family.name for family in FAMILIES} == {path.stem for path in FOLDER.iterdir()}


@each_family
def test_a_family_is_asked_for_its_answer_at_once(family: Family) -> None:
    frame = frame_of(family)
    assert frame.after.endswith(family.end)
    assert left_open(frame.after) is None
    assert frame.switches == family.switches
    assert (frame.thought.opener if frame.thought else None) == family.closed
    assert frame.shape.system_parts is None


@each_family
@pytest.mark.parametrize("style", [PromptStyle.PLAIN, PromptStyle.FEW_SHOT])
def test_the_prompt_of_a_family_is_whole(family: Family, style: PromptStyle) -> None:
    text = prompt_text(frame_of(family), style)
    assert text.count("Add up a list.") == 1
    assert text.endswith(f"{family.end}```python\ndef total(xs):\n")
    if family.bos:
        assert text.startswith(family.bos)
        assert text.count(family.bos) == 1


@each_family
def test_earlier_turns_keep_a_family_s_form(family: Family) -> None:
    exchange = frame_of(family).exchange
    assert exchange is not None
    assert exchange.after.endswith(family.end)
    assert "ANSWER" not in exchange.between + exchange.then
    assert exchange.then.strip()


def test_the_effort_is_the_least_that_a_template_knows() -> None:
    frames = {family.name: frame_of(family) for family in FAMILIES}
    assert "Reasoning: low\n" in frames["gpt-oss"].before
    assert '{"reasoning_effort": "none"}' in frames["mistral-small-4"].before


@pytest.mark.parametrize("name", ["CHATML", "MISTRAL_INSTRUCT", "MIXTRAL_INSTRUCT", "LLAMA3_INSTRUCT"])
def test_the_templates_that_llama_cpp_carries_are_taken(name: str) -> None:
    from llama_cpp import llama_chat_format

    template = getattr(llama_chat_format, f"{name}_CHAT_TEMPLATE")
    frame = chat_frame(template, bos_text="<s>", eos_text="</s>")
    text = prompt_text(frame, PromptStyle.FEW_SHOT)
    assert text.count("<s>") <= 1
    assert frame.exchange is not None
    assert (frame.switches, frame.thought) == ((), None)


@pytest.mark.model
def test_the_template_of_the_default_model_is_taken(model_path: Path) -> None:
    chat = read_chat(model_path)
    frame = chat_frame(chat.template, bos_text=chat.bos_text, eos_text=chat.eos_text)
    assert frame.after == CHATML_END
    assert chat.eos_text == "<|im_end|>"
    assert prompt_text(frame, PromptStyle.FEW_SHOT).count(chat.bos_text) == 0
