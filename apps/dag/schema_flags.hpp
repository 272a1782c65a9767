#pragma once

#include <plstm/data/dags/infer_schema.hpp>

#include "train/run_options.hpp"

namespace CLI {
class App;
}

namespace plstm::dag {

/// Adds --categories, --numbers and --ignore.
void add_schema_flags(CLI::App& app, SchemaWishes& wishes);

/// Adds --degrees, --keep-parallel-edges and --orient.
void add_structure_flags(CLI::App& app, RunOptions& options);

}  // namespace plstm::dag
