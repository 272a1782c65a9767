#pragma once

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <string>

#include <plstm/data/dags/graph_record.hpp>
#include <plstm/data/dags/graph_taker.hpp>
#include <plstm/data/graph_set.hpp>
#include <plstm/data/tu_dataset.hpp>

namespace plstm {

/// A graph of a set as a record. Codes become texts, values and labels become numbers (the shortest decimal number that
/// is the float), and labels are attributes of the graph. Columns are called "code", "value" or by the names of the
/// labels; of several columns "code_1", "code_2", ... Name and place of the record are empty.
GraphRecord record_of(const GraphSet& set, std::size_t graph);

/// The same for a set in TU format, named by its number from 1. Codes are the numbers of the files: "label", or
/// "label_1", ...; values are "attribute" or "attribute_1", .... The class is the attribute "class" of the graph, a text.
/// A record is directed if the set was read so.
GraphRecord record_of(const TuDataset& data, std::size_t graph, bool directed);

/// The graphs of a folder in TU format, or of a graph file (see read_tu_dataset and read_graph_file, which say what they
/// throw). The place of each is the path. The whole set is in memory.
void read_tu_records(const std::filesystem::path& folder, bool directed, const GraphTaker& take);
void read_graph_file_records(std::istream& stream, const std::string& name, const GraphTaker& take);

}  // namespace plstm
