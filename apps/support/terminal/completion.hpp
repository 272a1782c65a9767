#pragma once

#include <string>

#include "support/terminal/described.hpp"

namespace plstm::apps {

/// Scripts that complete what is typed after a program's name: sub-commands, their options, and the values of options
/// where these are listed or name files. A shell reads one with `source`, or from its folder of completions.
std::string bash_completion(const DescribedCommand& program);
std::string zsh_completion(const DescribedCommand& program);
std::string fish_completion(const DescribedCommand& program);

}  // namespace plstm::apps
