export default { name: "something else" };
