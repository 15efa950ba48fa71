"""Text as positions in sorted vocabularies."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.arrays import Array, Codes
from ledger.table import Column

FEW = 3_000
"""Up to so many values, Python's own sets and dictionaries are faster than arrow's kernels."""


def encode(texts: Sequence[Any], words: Sequence[str] = ()) -> tuple[Array, list[Column]]:
    """The sorted vocabulary of some text columns and `words`, and the columns coded in it.

    Columns are arrow arrays of text; null is unknown. Sorted is by code point. Words that only
    stand in `words` are in the vocabulary too.
    """
    if sum(map(len, texts)) <= FEW:
        return _encode_few(texts, words)
    chunks = [pa.array(words, pa.string())]
    lengths = []
    for text in texts:
        parts = text.chunks if isinstance(text, pa.ChunkedArray) else [text]
        lengths.append(len(text))
        chunks.extend(parts)
    coded = pa.chunked_array(chunks, pa.string()).dictionary_encode().combine_chunks()
    order = pc.sort_indices(coded.dictionary).to_numpy()
    vocabulary: Array = coded.dictionary.take(pa.array(order)).to_numpy(zero_copy_only=False)
    rank = np.empty(len(order) + 1, np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    rank[len(order)] = 0
    indices = pc.fill_null(coded.indices, len(order)).to_numpy()
    codes: Codes = rank[indices]
    known = indices != len(order)
    ends = len(words) + np.cumsum([0, *lengths])
    return vocabulary.astype(object), [
        Column(codes[start:end], known[start:end]) for start, end in pairwise(ends)
    ]


def _encode_few(texts: Sequence[Any], words: Sequence[str]) -> tuple[Array, list[Column]]:
    """The same as `encode`."""
    values = [text.to_pylist() if len(text) > text.null_count else None for text in texts]
    used = set(words).union(*(column for column in values if column is not None)) - {None}
    vocabulary = sorted(used)
    code = {word: number for number, word in enumerate(vocabulary)} | {None: -1}
    columns = []
    for text, column in zip(texts, values, strict=True):
        if column is None:
            nothing = np.zeros(len(text), np.bool_)
            columns.append(Column(np.zeros(len(text), np.int32), nothing))
        else:
            codes = np.fromiter(map(code.__getitem__, column), np.int32, len(column))
            columns.append(Column(np.maximum(codes, 0), codes >= 0))
    return np.array(vocabulary, dtype=object), columns
