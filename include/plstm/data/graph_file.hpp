#pragma once

#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>

#include <plstm/data/graph_set.hpp>

namespace plstm {

/// Reads a graph file. A line is a list of words separated by blanks or tabs, and ends in LF or CR LF.
/// Empty lines, and lines whose first word begins with #, are skipped. docs/graph-files.md has the full format:
///
///     plstm-graphs 1                     format and its version, the first line
///     node_codes 119 5                   vocabulary sizes of the columns, if there are any
///     node_values 1                      number of columns, if there are any
///     edge_codes 4                       the same for edges; edge_values likewise
///     label logS                         one line for each label; the rest of the line is its name
///     graph 2 1 -0.77                    nodes, edges, and the labels, ? for one that is missing
///     n 6 0 12.011                       each node in order: codes, then values
///     n 8 0 15.999
///     e 0 1 2                            each edge in order: tail, head, codes, values
///
/// Throws FileError naming file and line if the file breaks these rules: another version, a word that is not a
/// finite number, a code outside its vocabulary, too few or too many words or lines, edges that make no DAG.
/// The path is that of an InputFile: what is compressed by gzip is unpacked, and "-" is standard input.
GraphSet read_graph_file(const std::filesystem::path& path);

/// The same for any stream, which messages call `name`.
GraphSet read_graph_file(std::istream& stream, const std::string& name);

/// Writes a set that read_graph_file reads back with the same bits, to an OutputFile (compressed if the name ends in
/// ".gz"). `comments` are lines that begin with # below the first one; control characters in them are escaped. Throws
/// what check_graph_set throws, and FileError for a value or label that is not finite or a file that cannot be written. An
/// older file stays as it was in that case.
void write_graph_file(const std::filesystem::path& path, const GraphSet& set,
                      std::span<const std::string> comments = {});

}  // namespace plstm
