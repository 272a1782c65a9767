#pragma once

/// \file
/// The front door: graphs with targets in, a trained model that predicts out. Molecules have headers of their own
/// (chem/), as they need RDKit; Boost graphs too (graph/boost.hpp).

#include <plstm/core/error.hpp>
#include <plstm/graph/attributed_graph.hpp>
#include <plstm/graph/dag.hpp>
#include <plstm/graph/line_graph.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/learn/labeled_graphs.hpp>
#include <plstm/learn/predictor.hpp>
#include <plstm/learn/recipe.hpp>
#include <plstm/stm/graphs/operator.hpp>
