#include "rules/document_rules.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string_view>

namespace plstm::test {

namespace fs = std::filesystem;

namespace {

using Lines = std::vector<std::string>;

// None if there is no such file.
Lines lines_of(const fs::path& path) {
  Lines lines;
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string place(const fs::path& root, const fs::path& file, std::size_t line_index) {
  return fs::relative(file, root).generic_string() + ":" + std::to_string(line_index + 1);
}

// Files below root / folder with one of the endings, sorted.
std::vector<fs::path> files_below(const fs::path& root, std::initializer_list<const char*> folders,
                                  std::initializer_list<const char*> endings) {
  std::vector<fs::path> files;
  for (const char* folder : folders) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const auto has = [&](const char* ending) { return entry.path().extension() == ending; };
      if (std::any_of(endings.begin(), endings.end(), has)) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<fs::path> documents(const fs::path& root) {
  std::vector<fs::path> files = files_below(root, {"docs", "datasets", "python"}, {".md"});
  if (fs::exists(root / "README.md")) files.insert(files.begin(), root / "README.md");
  return files;
}

// What a line of C++ says after its first // that does not stand in a string literal; empty without one.
std::string_view comment_of(std::string_view line) {
  char quote = 0;
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    if (quote != 0) {
      if (line[i] == '\\') {
        ++i;
      } else if (line[i] == quote) {
        quote = 0;
      }
    } else if (line[i] == '"' || line[i] == '\'') {
      quote = line[i];
    } else if (line[i] == '/' && line[i + 1] == '/') {
      return line.substr(i + 2);
    }
  }
  return {};
}

std::string_view trimmed(std::string_view text) {
  const char* blanks = " \t/<";  // what is left of "///" and "///<"
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Text whose lines are joined by single blanks, and where each of them begins. An empty line ends a
// paragraph, over whose end nothing is read.
struct JoinedText {
  std::string text;
  std::vector<std::size_t> begins;

  std::size_t line_at(std::size_t offset) const {
    return static_cast<std::size_t>(std::upper_bound(begins.begin(), begins.end(), offset) - begins.begin()) -
           1;
  }
};

JoinedText joined(const fs::path& file) {
  const bool code = file.extension() != ".md";
  JoinedText result;
  for (const std::string& line : lines_of(file)) {
    const std::string_view said = trimmed(code ? comment_of(line) : std::string_view(line));
    result.begins.push_back(result.text.size());
    result.text.append(said);
    result.text.push_back(said.empty() ? '\n' : ' ');
  }
  return result;
}

// Names of the third-level headings of each numbered section, "## 6. Sequences" and "### 1D layer".
std::map<std::string, std::set<std::string>> sections_of(const fs::path& specification) {
  static const std::regex kSection(R"(^## (\d+)\. .*)");
  std::map<std::string, std::set<std::string>> sections;
  std::string current;
  for (const std::string& line : lines_of(specification)) {
    std::smatch match;
    if (std::regex_match(line, match, kSection)) {
      current = match[1];
      sections[current];
    } else if (line.starts_with("### ") && !current.empty()) {
      sections[current].insert(line.substr(4));
    }
  }
  return sections;
}

// The anchor that web pages of repositories make of a heading: lower case, blanks as hyphens, no punctuation.
std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_') {
      anchor.push_back(static_cast<char>(std::tolower(byte)));
    } else if (c == ' ') {
      anchor.push_back('-');
    }
  }
  return anchor;
}

bool has_anchor(const fs::path& file, const std::string& anchor) {
  const Lines lines = lines_of(file);
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
    const std::size_t name = line.find_first_not_of('#');
    return name != 0 && name != std::string::npos && line[name] == ' ' &&
           anchor_of(std::string_view(line).substr(name + 1)) == anchor;
  });
}

}  // namespace

std::vector<std::string> find_wrong_citations(const fs::path& root) {
  static const std::regex kSpecification(R"re(specification,? section (\d+)(, "([^"]+)")?)re",
                                         std::regex::icase);
  static const std::regex kReversed(R"(section (\d+) of the specification)", std::regex::icase);
  static const std::regex kOperator(R"(operator\.md, sections? (\d+))");
  static const std::regex kOperatorToo(R"(operator\.md, sections \d+ and (\d+))");
  const std::map<const std::regex*, const char*> documents_of{
      {&kSpecification, "specification.md"},
      {&kReversed, "specification.md"},
      {&kOperator, "operator.md"},
      {&kOperatorToo, "operator.md"},
  };
  std::map<std::string, std::map<std::string, std::set<std::string>>> sections;
  for (const auto& [pattern, name] : documents_of) sections[name] = sections_of(root / "docs" / name);
  std::vector<std::string> found;
  std::vector<fs::path> files =
      files_below(root, {"include", "lib", "apps", "tests"}, {".hpp", ".cpp", ".h", ".cu"});
  const std::vector<fs::path> more = documents(root);
  files.insert(files.end(), more.begin(), more.end());
  for (const fs::path& file : files) {
    const JoinedText text = joined(file);
    for (const std::regex* pattern : {&kSpecification, &kReversed, &kOperator, &kOperatorToo}) {
      const std::string name = documents_of.at(pattern);
      const std::sregex_iterator end;
      for (std::sregex_iterator match(text.text.begin(), text.text.end(), *pattern); match != end; ++match) {
        const std::string number = (*match)[1];
        const std::string where =
            place(root, file, text.line_at(static_cast<std::size_t>(match->position())));
        const auto section = sections[name].find(number);
        if (section == sections[name].end()) {
          found.push_back(where + ": docs/" + name + " has no section " + number);
        } else if (match->size() > 3 && (*match)[3].matched && !section->second.contains((*match)[3])) {
          found.push_back(where + ": section " + number + " of docs/" + name + " has no heading \"" +
                          (*match)[3].str() + "\"");
        }
      }
    }
  }
  return found;
}

std::vector<std::string> find_broken_links(const fs::path& root) {
  static const std::regex kLink(R"(\]\(([^)#\s]*)(#([^)\s]+))?\))");
  std::vector<std::string> found;
  for (const fs::path& file : documents(root)) {
    const Lines lines = lines_of(file);
    bool in_code = false;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].starts_with("```")) in_code = !in_code;
      if (in_code) continue;
      const std::sregex_iterator end;
      for (std::sregex_iterator match(lines[i].begin(), lines[i].end(), kLink); match != end; ++match) {
        const std::string target = (*match)[1];
        if (target.find("://") != std::string::npos) continue;
        const fs::path path = target.empty() ? file : file.parent_path() / target;
        if (!fs::exists(path)) {
          found.push_back(place(root, file, i) + ": there is no " + target);
        } else if ((*match)[3].matched && !has_anchor(path, (*match)[3])) {
          found.push_back(place(root, file, i) + ": there is no heading for #" + (*match)[3].str());
        }
      }
    }
  }
  return found;
}

std::vector<std::string> find_long_lines(const fs::path& root) {
  constexpr std::size_t kColumns = 120, kReadmeLines = 130;
  std::vector<std::string> found;
  for (const fs::path& file : documents(root)) {
    const Lines lines = lines_of(file);
    if (file == root / "README.md" && lines.size() > kReadmeLines) {
      found.push_back("README.md: " + std::to_string(lines.size()) + " lines");
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
      // Bytes of UTF-8 that continue a character take no column.
      const auto columns = std::count_if(lines[i].begin(), lines[i].end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
      });
      if (static_cast<std::size_t>(columns) > kColumns && !lines[i].starts_with("|")) {
        found.push_back(place(root, file, i) + ": " + std::to_string(columns) + " columns");
      }
    }
  }
  return found;
}

}  // namespace plstm::test
