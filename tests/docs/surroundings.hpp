#pragma once

#include <cstddef>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include <boost/graph/adjacency_list.hpp>

#include <plstm/graph/boost.hpp>
#include <plstm/plstm.hpp>
#if __has_include(<plstm/chem/molecule_predictor.hpp>)
#include <plstm/chem/molecule_predictor.hpp>
#endif

// What the blocks of README and guide take for granted. They are compiled, not run.

extern std::vector<plstm::AttributedGraph> graphs;
extern std::vector<double> targets;
extern std::vector<std::string> smiles;
extern plstm::StmInputs<float> inputs;
extern plstm::HeadRows<float> output;
extern plstm::StmWorkspace<float> workspace;
