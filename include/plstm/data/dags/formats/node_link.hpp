#pragma once

#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>

#include <plstm/data/dags/graph_record.hpp>
#include <plstm/data/dags/graph_taker.hpp>

namespace plstm {

/// Reads graphs in node-link JSON, the form that networkx's node_link_data gives:
///
///     {"directed": true, "multigraph": false, "graph": {"name": "sum"},
///      "nodes": [{"id": "a", "kind": "input"}, {"id": "b", "kind": "add"}],
///      "links": [{"source": "a", "target": "b", "port": 0}]}
///
/// The document has one such object, several, or lists of them. Only "nodes" is required.
///
///  - "links" may be called "edges". "directed" is true if it is absent.
///  - Ids are texts, numbers or lists (as of tuples); a name is the text of the JSON value. Nodes without ids, and nodes
///    whose ids are 0, 1, 2, ..., have numbers for names, so that node_names is empty.
///  - Other members of nodes, of links, of "graph" and of the object itself are attributes. "name" of the graph is its
///    name. A graph without a name has an empty one.
///  - In a multigraph, a "key" of a link that is a number only tells parallel edges apart, and it is no attribute.
///  - Values are texts, numbers, true and false (which become texts) or null (no value). A list of them is a set of
///    texts. A member b of an object a is the attribute "a.b".
///
/// The place of a graph is "<name>:<line>". Throws FileError "<place>: ..." for text that is no JSON, nested more than 64
/// levels deep or longer than 1 GiB, a key that comes twice in an object, an object of another form (the message shows
/// this one), a link to an id that no node has, and a whole number that a double cannot hold. Memory: about ten times
/// the text of the largest graph, and the document. `stream` need not be a file; messages call it `name`.
void read_node_link(std::istream& stream, const std::string& name, const GraphTaker& take);

/// The same for a document with one graph a line (JSON lines). Empty lines are skipped. The document may have any length.
void read_node_link_lines(std::istream& stream, const std::string& name, const GraphTaker& take);

/// A record in the form above, in one line without an end. Read back it gives the same record but for its place, and for
/// a name if it has none. "typed": false says of a record that its values are texts even where they are numbers. Throws
/// FileError for what the form has no place for: a value that is not finite, text that is no UTF-8, and attributes named
/// "id" (of nodes), "source", "target" (of edges), "key" (of edges if some are parallel) or "name" (of the graph).
std::string node_link_text(const GraphRecord& record);

/// One record a line, for read_node_link_lines, in an OutputFile (compressed if the name ends in ".gz"). Throws what
/// node_link_text throws, and FileError if the file cannot be written. An older file stays as it was in that case.
void write_node_link_lines(const std::filesystem::path& path, std::span<const GraphRecord> records);

}  // namespace plstm
