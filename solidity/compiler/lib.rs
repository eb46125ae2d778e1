//! Compiles the contracts with the settings of `foundry.toml`, so that Forge and the bindings see the same bytecode.
//!
//! It stands apart from the bindings, because they cannot be built while the ABI is stale.
#![allow(clippy::expect_used)]

use std::{fs, path::Path};

use foundry_compilers::{
    ProjectBuilder, ProjectPathsConfig,
    artifacts::{ConfigurableContractArtifact, Remapping, Settings, output_selection::ContractOutputSelection},
    compilers::{
        multi::MultiCompiler,
        solc::{Solc, SolcCompiler, SolcSettings},
    },
};
use serde_json::{Value, json};

/// What `abi/` holds of a contract: name, compiler and its settings, ABI, bytecode, and where the immutables stand in it.
///
/// # Panics
/// When the contract does not compile, or the compiler is not installed.
pub fn compile(root: &Path, file: &str, contract: &str) -> Value {
    let foundry: toml::Table =
        fs::read_to_string(root.join("foundry.toml")).expect("foundry.toml").parse().expect("foundry.toml is TOML");
    let profile = &foundry["profile"]["default"];
    let remappings: Vec<Remapping> = profile["remappings"]
        .as_array()
        .expect("remappings")
        .iter()
        .map(|line| line.as_str().expect("a remapping is a string").parse().expect("a remapping"))
        .collect();

    let mut settings = Settings::default();
    settings.optimizer.enabled = profile["optimizer"].as_bool();
    settings.optimizer.runs = profile["optimizer_runs"].as_integer().map(|runs| runs as usize);
    settings.via_ir = profile["via_ir"].as_bool();
    settings.evm_version = profile["evm_version"].as_str().map(|version| version.parse().expect("an EVM version"));
    settings.metadata = serde_json::from_value(json!({"bytecodeHash": "none", "appendCBOR": false})).expect("metadata");
    settings.push_all([
        ContractOutputSelection::Abi,
        ContractOutputSelection::Evm(foundry_compilers::artifacts::output_selection::EvmOutputSelection::All),
    ]);
    let written = json!({
        "optimizer": settings.optimizer.enabled, "optimizerRuns": settings.optimizer.runs, "viaIR": settings.via_ir,
        "evmVersion": profile["evm_version"].as_str(),
    });

    let solc = Solc::new(root.join(profile["solc"].as_str().expect("solc"))).expect("the compiler: run `make setup`");
    let version = solc.version.to_string();
    let paths = ProjectPathsConfig::builder().root(root).sources(root.join("src")).remappings(remappings).no_libs();
    let project = ProjectBuilder::<MultiCompiler>::default()
        .paths(paths.build().expect("paths"))
        .settings(foundry_compilers::multi::MultiCompilerSettings {
            solc: SolcSettings { settings, ..Default::default() },
            ..Default::default()
        })
        .ephemeral()
        .no_artifacts()
        .build(MultiCompiler { solc: Some(SolcCompiler::Specific(solc)), vyper: None })
        .expect("a project");
    let output = project.compile_files([root.join(file)]).expect("the compiler runs");
    assert!(!output.has_compiler_errors(), "{output}");
    let artifact: &ConfigurableContractArtifact = output.find_first(contract).expect("the contract is in its file");
    json!({
        "contractName": contract,
        "compiler": {"version": version.split('+').next(), "settings": written},
        "abi": artifact.abi,
        "bytecode": artifact.bytecode.as_ref().map(|code| &code.object),
        "deployedBytecode": artifact.deployed_bytecode.as_ref().and_then(|code| code.bytecode.as_ref()).map(|code| &code.object),
        "immutableReferences": artifact.deployed_bytecode.as_ref().map(|code| &code.immutable_references),
    })
}
