#pragma once

#include <span>

#include <plstm/chem/things/molecule_things.hpp>
#include <plstm/learn/predictor.hpp>

namespace plstm {

/// Predictions of atoms or bonds with the rows of each molecule in the order of its input, as MoleculeThings has them.
/// A row has the mean of the predictions for all things of its class, and so have expected errors: a prediction is then
/// the same however the molecule is written. molecules[i] are the things of graph i. Throws ShapeError if there are not
/// as many as graphs, or if a graph has another number of rows.
Predictions in_input_order(Predictions predictions, std::span<const MoleculeThings* const> molecules);

}  // namespace plstm
