"""Speed and accuracy beside the peers, in one command: ``python -m benchmarks [--smoke] [NAME…]``.

The peers and what they need are listed in ``requirements.txt``; a peer that is not installed is named and left out.
Results are kept as JSON under ``results/``, and ``python -m benchmarks --readme`` writes the figures of the README and of
docs/figures.md from them.
"""
