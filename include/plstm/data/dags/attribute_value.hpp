#pragma once

#include <optional>
#include <string>

#include <plstm/data/dags/graph_record.hpp>

namespace plstm {

/// Whether a file says nothing of the thing.
bool is_nothing(const AttributeValue& value);

/// The finite number that a value is or that its text writes; absent for nothing, for other texts and for sets.
std::optional<double> number_of(const AttributeValue& value);

/// A value as a category: a text as it stands, a number as the shortest text for it. Throws FileError "... is a set of
/// texts, expected one" for a set, and for nothing.
std::string text_of(const AttributeValue& value);

/// A value as messages quote it.
std::string in_quotes(const AttributeValue& value);

}  // namespace plstm
