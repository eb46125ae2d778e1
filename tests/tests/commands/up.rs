//! `tidemark up --once`: the whole path from an opened lease to its money, paid out and refunded.

use serde_json::Value;
use tests::program;

#[tokio::test]
async fn up_tells_the_story_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let output = program::tidemark()
        .args(["up", "--once", "--json", "--folder"])
        .arg(folder.path().join("devnet"))
        .output()
        .await
        .unwrap();
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stderr}");
    let story: Value = serde_json::from_str(stdout.lines().last().unwrap()).unwrap();
    let wei = |name: &str| story[name].as_str().unwrap().parse::<u128>().unwrap();

    assert_eq!(story["chainId"], 31337);
    assert_eq!(story["proofVerified"], true, "{story}");
    assert_eq!(story["containersLeft"], 0, "{story}");
    assert_eq!(story["heldWei"], "0", "{story}");
    assert!(story["epochsProven"].as_u64().unwrap() >= 2, "{story}");
    assert!(story["openedToRunningMs"].as_u64().unwrap() > 0, "{story}");
    assert!(story["rootTx"].as_str().unwrap().starts_with("0x"), "{story}");
    assert!(wei("earnedWei") > 0, "{story}");
    let tide = &story["tide"];
    let steps = tide["steps"].as_array().unwrap();
    assert!(tide["peakReplicas"].as_u64().unwrap() >= 2, "{story}");
    assert_eq!((&steps[0]["from"], &steps[steps.len() - 1]["to"]), (&1.into(), &1.into()), "1 → N → 1: {story}");
    assert_eq!(tide["requests"]["failed"], serde_json::json!({}), "{story}");
    assert_eq!(tide["requests"]["sent"], tide["requests"]["answered"], "{story}");
    assert_eq!(wei("depositedWei"), wei("earnedWei") + wei("refundedWei"), "the money adds up: {story}");
    assert_eq!(wei("earnedWei"), wei("settledWei"), "what can be withdrawn is what was settled: {story}");
}
