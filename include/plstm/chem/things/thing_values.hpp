#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <plstm/chem/things/molecule_things.hpp>

namespace plstm {

/// What a cell with a list (data/value_list.hpp) says of each row of a molecule, [rows]; empty where a value is
/// missing, everywhere if the cell is_missing. Values of hydrogens that the graph does not have are dropped. Throws
/// FileError if the cell is no list, and ShapeError if the list has another length (rows_of_list).
std::vector<std::string> values_of_rows(const MoleculeThings& things, const std::string& cell);

/// The number that each text is, NaN for a missing value. Throws FileError naming the first row that has none.
std::vector<double> numbers_of(std::span<const std::string> texts);

/// Values of rows as the graph numbers them: [rows, tasks] to [things, tasks], row-major. Throws ShapeError for another
/// size.
std::vector<double> in_graph_order(const MoleculeThings& things, std::span<const double> of_rows,
                                   std::int64_t tasks);

}  // namespace plstm
