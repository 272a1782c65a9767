#pragma once

#include <string>

#include "support/terminal/described.hpp"

namespace plstm::apps {

/// The version of plstm, and the day on which it was made ("2026-11-30").
struct Release {
  std::string version, date;
};

/// The manual page of section 1 for a program, in the macros `man` of roff. It lists the sub-commands, which have pages
/// of their own: <program>-<sub-command>.
std::string manual_page(const DescribedCommand& program, const Release& release);

/// The page of a sub-command of the program.
std::string manual_page(const DescribedCommand& program, const DescribedCommand& command,
                        const Release& release);

}  // namespace plstm::apps
