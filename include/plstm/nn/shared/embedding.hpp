#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// y_r = sum over columns c of table[first_row[c] + codes[r, c]]: one table [sum of vocabulary sizes, D]
/// holds the embeddings of all columns, one after the other. codes [rows, first_rows.size()] and first_rows
/// outlive the pass.
template <class T>
Var<T> embedding_sum(Tape<T>& tape, Var<T> table, const std::int32_t* codes, Index rows,
                     std::span<const std::int32_t> first_rows);

/// First table row of each column, given the vocabulary sizes.
std::vector<std::int32_t> first_rows_of(std::span<const std::int32_t> vocabulary_sizes);

}  // namespace plstm
