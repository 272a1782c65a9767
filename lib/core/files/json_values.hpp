#pragma once

#include <nlohmann/json_fwd.hpp>

namespace plstm {

/// `from` as a T: whole numbers must fit into T, real numbers must be finite, nothing is rounded or converted. Throws
/// FileError saying what was expected. It is there for the types that json_values.cpp lists.
template <class T>
void read_json(const nlohmann::ordered_json& from, T& value);

}  // namespace plstm
