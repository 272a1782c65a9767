#include "schema_flags.hpp"

#include <CLI/CLI.hpp>

namespace plstm::dag {

void add_schema_flags(CLI::App& app, SchemaWishes& wishes) {
  app.add_option("--categories", wishes.categories,
                 "attributes whose numbers are categories, \"op\" or \"node.op\" (default: words are)");
  app.add_option("--numbers", wishes.numbers, "attributes whose texts are numbers");
  app.add_option("--ignore", wishes.ignored, "attributes that are no features");
}

void add_structure_flags(CLI::App& app, RunOptions& options) {
  app.add_flag("--degrees,!--no-degrees", options.degrees,
               "numbers of in-edges and out-edges are features of nodes");
  app.add_flag("--keep-parallel-edges", options.keep_parallel,
               "take several edges between the same two nodes (default: they are an error)");
  app.add_flag("--orient", options.orient,
               "give undirected edges the direction of a breadth-first search (default: they are an error)");
}

}  // namespace plstm::dag
