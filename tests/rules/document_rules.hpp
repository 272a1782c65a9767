#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace plstm::test {

/// House rules about documents and about what comments cite. Each function looks at the repository (or a tree like it)
/// at `root` and returns one line for each violation: file, line and what is wrong.

/// Comments and documents cite sections of docs/specification.md and docs/operator.md that exist, and a sub-heading in
/// quotes stands in the section that is cited with it. A citation may run over the end of a line.
std::vector<std::string> find_wrong_citations(const std::filesystem::path& root);

/// Relative links of the documents (README.md, docs/, datasets/, python/) lead to files of the repository, and their
/// anchors to headings of those files. What stands in a block of code is no link.
std::vector<std::string> find_broken_links(const std::filesystem::path& root);

/// Lines of the documents have at most 120 columns, and README.md has at most 130 lines. Rows of tables are exempt, as
/// Markdown cannot wrap them.
std::vector<std::string> find_long_lines(const std::filesystem::path& root);

}  // namespace plstm::test
