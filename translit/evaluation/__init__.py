"""Evaluation: questions with known answers, what a lexicon's answers to them are worth, and a plot of that."""

from translit.evaluation.measures import PRECISIONS, PROMISES, Evaluation, Ranked, evaluate, rank
from translit.evaluation.plot import picture
from translit.evaluation.questions import Question, read_questions

__all__ = ["PRECISIONS", "PROMISES", "Evaluation", "Question", "Ranked", "evaluate", "picture", "rank", "read_questions"]
