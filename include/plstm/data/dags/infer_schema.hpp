#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/data/dags/graph_record.hpp>
#include <plstm/data/dags/graph_schema.hpp>

namespace plstm {

/// What the user knows of attributes. A name stands for attributes of nodes, edges and graphs alike; "node.op" stands for
/// the attribute "op" of nodes alone ("edge.", "graph." likewise).
struct SchemaWishes {
  std::vector<std::string> categories = {};  ///< read numbers as categories
  std::vector<std::string> numbers = {};     ///< read texts as numbers
  std::vector<std::string> ignored = {};     ///< no features: targets, marks of a split, names
};

struct InferredSchema {
  GraphSchema schema;
  std::vector<std::string> notes;  ///< what the user should know, a sentence each
};

/// Texts of a category that are told apart at most: the most frequent ones.
inline constexpr std::size_t kMostCategories = 1000;

/// A schema for graphs like these.
///
/// Numbers are numbers (in tables: where all texts are), unless the user wishes otherwise. Numbers that are nonnegative
/// and spread over more than three powers of ten get a unit: their median above 0. Other texts are categories; a text that
/// occurs in one graph alone (of several), or once among few, is "other". An attribute whose texts are nearly all
/// different names things, and is ignored. So is an attribute without two different values. Lists are sets. The texts of
/// a rule stand in order of their frequency, and alphabetically where that is equal, so that the order of the graphs
/// changes nothing. Means and deviations are those of all things.
///
/// The training graphs alone should be given. Throws ConfigError for a wish that names no attribute, and FileError naming
/// graph and thing where an attribute should be a number and is not.
InferredSchema infer_schema(std::span<const GraphRecord> records, const SchemaWishes& wishes = {});
/// The same for the records with these numbers.
InferredSchema infer_schema(std::span<const GraphRecord> records, std::span<const std::int32_t> chosen,
                            const SchemaWishes& wishes);

/// Whether `wish` means the attribute `name` of `what` ("node", "edge" or "graph").
bool means_attribute(std::string_view wish, std::string_view what, std::string_view name);

}  // namespace plstm
