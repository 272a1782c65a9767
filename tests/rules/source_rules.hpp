#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace plstm::test {

/// The house rules that source text can show. Each function looks at the repository (or a tree like it) at
/// `root` and returns one line a violation: file, line and what is wrong.

/// Areas include only leftwards: core, graph, stm, nn, train; data stands on graph, chem on graph and data.
std::vector<std::string> find_wrong_directions(const std::filesystem::path& root);

/// Public headers include standard headers (not <iostream>), plstm/ and <Eigen/Core>; graph/boost.hpp may
/// include Boost. In lib/, only chem includes RDKit and only core includes oneTBB.
std::vector<std::string> find_foreign_includes(const std::filesystem::path& root);

/// The library neither prints nor ends the program.
std::vector<std::string> find_noise(const std::filesystem::path& root);

/// Every folder of an area has a row in the table of allowed includes, or stands inside one that has.
std::vector<std::string> find_folders_without_rules(const std::filesystem::path& root);

/// No folder of include/, lib/, apps/ or tests/ holds more than 26 sources and headers. Who looks into one sees all.
std::vector<std::string> find_full_folders(const std::filesystem::path& root);

/// A source of lib/ with a public header has a test of its name, and every test is in its area's build file.
std::vector<std::string> find_missing_tests(const std::filesystem::path& root);

}  // namespace plstm::test
