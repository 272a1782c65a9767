#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/learn/report/report_data.hpp>
#include <plstm/learn/run_folder.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm {

/// Targets with the units that their names end with (unit_in). One name for each task.
std::vector<ReportTarget> report_targets(const std::vector<std::string>& names,
                                         const std::vector<Task>& tasks);

/// The entries of a configuration (a JSON object, config.json of a run) in words; those of an object inside with its name
/// before them. Left out are the entries named in `said`, what is empty or null, and lists of more than 16 entries,
/// which are statistics of the data. Throws ConfigError if the text is no JSON object.
std::vector<ReportFact> settings_facts(const std::string& config,
                                       std::span<const std::string_view> said = {});

/// What the model at this place is: its path and, of the folder of a run, what it learnt from and how. `rows` is what the
/// rows of its data are called, as "rows" or "graphs". Throws what read_run_manifest() throws.
std::vector<ReportFact> model_facts(const std::filesystem::path& path, const std::string& rows);

/// "8", or "3 of 8: ..." of a training that was stopped.
std::string members_text(const RunManifest& manifest);

/// "regression, multiclass".
std::string kinds_text(std::span<const TaskType> types);

/// "logS, logP".
std::string names_text(std::span<const std::string> names);

}  // namespace plstm
