"""Text as positions in sorted vocabularies."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.arrays import Array, Codes
from ledger.table import Column


def encode(texts: Sequence[Any], words: Sequence[str] = ()) -> tuple[Array, list[Column]]:
    """The sorted vocabulary of some text columns and `words`, and the columns coded in it.

    Columns are arrow arrays of text; null is unknown. Sorted is by code point. Words that only
    stand in `words` are in the vocabulary too.
    """
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
