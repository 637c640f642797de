// The commands of the executable beside `serve`. Each add_ function adds its command to the command
// line; the command runs when a command line that names it is parsed and sets `exit_code`
// (server/settings/exit_code.h), which must outlive `app`. A command throws std::exception when an
// address or a file cannot be used.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace indexcast::server {

void add_simulate(CLI::App& app, int& exit_code);
void add_decode(CLI::App& app, int& exit_code);
void add_replay(CLI::App& app, int& exit_code);
void add_watch(CLI::App& app, int& exit_code);
void add_control(CLI::App& app, int& exit_code);
void add_keygen(CLI::App& app, int& exit_code);

// Add the subcommands of `basket`.
void add_basket_check(CLI::App& basket, int& exit_code);
void add_basket_build(CLI::App& basket, int& exit_code);
void add_basket_roll(CLI::App& basket, int& exit_code);

// Returns the text of --version: the version of indexcast, its build, and the libraries in use.
std::string version_text();

}  // namespace indexcast::server
