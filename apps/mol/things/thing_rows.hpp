#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <plstm/chem/things/molecule_things.hpp>
#include <plstm/core/matrix.hpp>
#include <plstm/data/value_list.hpp>
#include <plstm/learn/predictor.hpp>

#include "support/molecules/molecule_dataset.hpp"

namespace plstm::mol {

// What is judged: the molecules of some good rows, or, where targets belong to atoms or bonds, all of these, molecule
// after molecule and in the order of the input.

/// Measured values of what is judged.
struct Measured {
  Matrix<double> targets;        ///< [judged, tasks], 0 where missing
  Matrix<std::uint8_t> present;  ///< [judged, tasks]
};
Measured measured_of(const Dataset& data, std::span<const std::int32_t> rows);

/// How much of a good row is judged: 1, or its number of atoms or bonds.
std::size_t num_judged(const Dataset& data, std::int32_t row);

/// [judged] the row that each belongs to.
std::vector<std::int32_t> rows_of_judged(const Dataset& data, std::span<const std::int32_t> rows);

/// Predictions of the graphs of these rows, in the order in which atoms or bonds are judged.
Predictions in_judged_order(const Dataset& data, std::span<const std::int32_t> rows, Predictions predictions);

/// "molecules", "atoms" or "bonds"; "molecule", ... of one.
std::string level_word(Readout level, bool one = false);

/// "atom 5 (N)", "bond 3 (C-O of atoms 3 and 4)"; numbers are those of the input, from 0.
std::string thing_label(const MoleculeThings& things, std::size_t row);

/// How many atoms or bonds of the rows have a value of any target.
std::int64_t num_labelled(const Dataset& data, std::span<const std::int32_t> rows);

}  // namespace plstm::mol
