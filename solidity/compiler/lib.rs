//! Compiles the contracts with the settings of `foundry.toml`, so that Forge and the bindings use the same bytecode.
//!
//! A crate of its own, because the bindings cannot be built while the ABI is stale.
#![allow(clippy::expect_used)]

use std::{collections::BTreeMap, fs, path::Path};

use foundry_compilers::{
    ProjectBuilder, ProjectPathsConfig,
    artifacts::{ConfigurableContractArtifact, Remapping, Settings, output_selection::ContractOutputSelection},
    compilers::{
        multi::MultiCompiler,
        solc::{Solc, SolcCompiler, SolcSettings},
    },
};
use serde_json::{Value, json};

/// The parts of the market, in the order of delegation.
pub const PARTS: [&str; 5] = ["Market", "Approvals", "Registry", "Auction", "Faults"];

/// The artifacts of the market's parts. The parts share one address, so the first artifact has the ABI of all of them, and the
/// others have none.
///
/// # Panics
/// Like [`compile`].
pub fn market(root: &Path) -> Vec<(String, Value)> {
    let named = |folder: &str, contract: &str| (format!("src/{folder}{contract}.sol"), contract.to_owned());
    let mut sources: Vec<_> = PARTS.iter().map(|part| named("", part)).collect();
    sources.extend([named("interfaces/", "ITidemark"), named("libraries/", "Errors")]);
    let mut artifacts = compile(root, &sources);
    let mut abi: BTreeMap<String, Value> = BTreeMap::new();
    for (contract, artifact) in &mut artifacts {
        let Some(Value::Array(entries)) = artifact.as_object_mut().and_then(|object| object.remove("abi")) else {
            panic!("{contract} has no ABI")
        };
        for entry in entries {
            let constructs = entry["type"] == "constructor" && contract != PARTS[0];
            if !constructs && entry["type"] != "fallback" {
                abi.insert(signature(&entry), entry);
            }
        }
    }
    artifacts.truncate(PARTS.len());
    artifacts[0].1["abi"] = abi.into_values().collect();
    artifacts
}

/// Kind, name and input types, which identify an entry of an ABI. This order makes an ABI easy to read.
fn signature(entry: &Value) -> String {
    let types = entry["inputs"].as_array().into_iter().flatten().map(type_of).collect::<Vec<_>>().join(",");
    format!("{} {}({types})", entry["type"].as_str().unwrap_or_default(), entry["name"].as_str().unwrap_or_default())
}

fn type_of(input: &Value) -> String {
    let name = input["type"].as_str().unwrap_or_default();
    let Some(array) = name.strip_prefix("tuple") else { return name.to_owned() };
    let members = input["components"].as_array().into_iter().flatten().map(type_of).collect::<Vec<_>>().join(",");
    format!("({members}){array}")
}

/// The artifacts that `abi/` contains: name, compiler and its settings, ABI, bytecode, and the positions of immutables in it.
///
/// # Panics
/// When a contract does not compile, or the compiler is not installed.
pub fn compile(root: &Path, contracts: &[(String, String)]) -> Vec<(String, Value)> {
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
    let output = project.compile_files(contracts.iter().map(|(file, _)| root.join(file))).expect("the compiler runs");
    assert!(!output.has_compiler_errors(), "{output}");
    let compiler = json!({"version": version.split('+').next(), "settings": written});
    contracts
        .iter()
        .map(|(file, contract)| {
            let artifact = output.find(&root.join(file), contract).expect("the contract is in its file");
            (contract.clone(), describe(contract, &compiler, artifact))
        })
        .collect()
}

fn describe(contract: &str, compiler: &Value, artifact: &ConfigurableContractArtifact) -> Value {
    json!({
        "contractName": contract,
        "compiler": compiler,
        "abi": artifact.abi,
        "bytecode": artifact.bytecode.as_ref().map(|code| &code.object),
        "deployedBytecode": artifact.deployed_bytecode.as_ref().and_then(|code| code.bytecode.as_ref()).map(|code| &code.object),
        "immutableReferences": artifact.deployed_bytecode.as_ref().map(|code| &code.immutable_references),
    })
}
